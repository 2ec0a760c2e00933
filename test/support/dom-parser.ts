/** The platform's DOMParser for Node: jsdom's. */
import { JSDOM } from "jsdom";

const { DOMParser } = new JSDOM().window;

/** Fits everything that takes an `XmlParser`. */
export function parseXmlDocument(text: string): Document {
  return new DOMParser().parseFromString(text, "application/xml");
}
