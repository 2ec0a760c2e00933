/**
 * Finds the responses of a multistatus document (RFC 4918 §13) and the texts of the properties that listings and bodies are made
 * of, in AssemblyScript: a document object for each of ten thousand responses is most of what reading them costs. Takes only
 * documents that it knows to be well-formed and understands to the end; everything else is left to DOMParser. `scripts/assembly.ts` compiles it.
 * Positions in the table count UTF-16 units of the text.
 */

/** Where the memory is the caller's: the document as UTF-8, and the table behind it. */
export const FREE: u32 = (<u32>__heap_base + 15) & ~15;

/** Bytes a record. The first one is about the document, each other one about a response. */
const RECORD: u32 = 128;

/** Of the document: start and end of the root's start tag, of its name, and of the sync-token's text; 0, 0 without. */
const ROOT_START: u32 = 0;
const ROOT_END: u32 = 4;
const ROOT_NAME_END: u32 = 8;
const TOKEN: u32 = 12;

/** Of a response: 1 where only DOMParser's reading will do; start and end; status (0: none), and texts. */
const UNUSUAL: u32 = 0;
const START: u32 = 4;
const END: u32 = 8;
const STATUS: u32 = 12;
const HREF: u32 = 16;
/** Properties of {@link elementAt}, from FIRST_PROPERTY on: start, end, whether there is something to decode, status (0: none, -1: no property). */
const PROPERTIES: u32 = 28;
const PROPERTY: u32 = 16;
const PROPERTY_COUNT: u32 = 6;

const MULTISTATUS: u32 = 1;
const RESPONSE: u32 = 2;
const HREF_ELEMENT: u32 = 3;
const PROPSTAT: u32 = 4;
const PROP: u32 = 5;
const STATUS_ELEMENT: u32 = 6;
const SYNC_TOKEN: u32 = 7;
const FIRST_PROPERTY: u32 = 8;

const NO_NAMESPACE: u32 = 0;
const DAV: u32 = 1;
const CALDAV: u32 = 2;

const LT: u32 = 60;
const GT: u32 = 62;
const AMPERSAND: u32 = 38;
const SLASH: u32 = 47;
const EQUALS: u32 = 61;
const QUOTE: u32 = 34;
const APOSTROPHE: u32 = 39;
const COLON: u32 = 58;
const SEMICOLON: u32 = 59;
const BRACKET: u32 = 93;
const LF: u32 = 10;
const CR: u32 = 13;

const DEEPEST: u32 = 24;
/** Of each open element: start and length of its name, what it is, how many prefixes were bound before it. */
const open: usize = memory.data(384, 4);
const MOST_BINDINGS: u32 = 32;
/** Start and length of each bound prefix, and its namespace. */
const bindings: usize = memory.data(384, 4);
const MOST_ATTRIBUTES: u32 = 16;
/** Start and length of the names of one element's attributes. */
const attributes: usize = memory.data(128, 4);

let isAscii: bool = false;
let counted: u32 = 0;
let units: u32 = 0;
let stop: u32 = 0;
let at: u32 = 0;
let bound: u32 = 0;

function unitsTo(place: u32): u32 {
  if (isAscii) return units + (place - counted);
  while (counted < place) {
    const byte: u32 = load<u8>(counted++);
    if ((byte & 0xc0) != 0x80) units += byte >= 0xf0 ? 2 : 1;
  }
  return units;
}

function isText(start: u32, length: u32, text: string): bool {
  if (length != <u32>text.length) return false;
  const letters = changetype<usize>(text);
  for (let i: u32 = 0; i < length; i++)
    if (<u32>load<u8>(start + i) != <u32>load<u16>(letters + (i << 1))) return false;
  return true;
}

function isBlank(byte: u32): bool {
  return byte == 32 || byte == LF || byte == CR || byte == 9;
}

function isLetter(byte: u32): bool {
  return (byte | 32) - 97 < 26 || byte == 95;
}

function isNameCharacter(byte: u32): bool {
  return isLetter(byte) || byte - 48 < 10 || byte == 45 || byte == 46;
}

function skipBlanks(): void {
  while (at < stop && isBlank(load<u8>(at))) at++;
}

/** Where its local part starts in the name at `at`, which `at` is moved behind; 0 when it is no plain name. */
function readName(): u32 {
  const start = at;
  if (!passNamePart()) return 0;
  if (load<u8>(at) != COLON) return start;
  const local = ++at;
  return passNamePart() && load<u8>(at) != COLON ? local : 0;
}

function passNamePart(): bool {
  if (at == stop || !isLetter(load<u8>(at))) return false;
  while (at < stop && isNameCharacter(load<u8>(at))) at++;
  return at < stop;
}

/** A reference at `at`, which is moved behind it; false for one that is not known, or to a character that XML forbids. */
function readReference(): bool {
  const start = ++at;
  while (at < stop && load<u8>(at) != SEMICOLON) {
    if (at - start > 8) return false;
    at++;
  }
  if (at == stop) return false;
  const length = at - start;
  at++;
  if (isText(start, length, "lt") || isText(start, length, "gt") || isText(start, length, "amp"))
    return true;
  if (isText(start, length, "quot") || isText(start, length, "apos")) return true;
  if (length < 2 || load<u8>(start) != 35) return false;
  const isHex = load<u8>(start + 1) == 120;
  const base: u32 = isHex ? 16 : 10;
  let i = start + (isHex ? 2 : 1);
  const end = start + length;
  if (i == end) return false;
  let code: u32 = 0;
  for (; i < end; i++) {
    const byte: u32 = load<u8>(i);
    let digit = byte - 48;
    if (digit > 9) digit = isHex && (byte | 32) - 97 < 6 ? (byte | 32) - 87 : 99;
    if (digit >= base) return false;
    code = code * base + digit;
  }
  if (code < 32) return code == 9 || code == LF || code == CR;
  return code < 0xd800 || (code > 0xdfff && code < 0xfffe) || (code > 0xffff && code < 0x110000);
}

/** False for a character that XML 1.0 §2.2 forbids. */
function isCharacter(byte: u32): bool {
  if (byte < 32) return byte == LF || byte == CR || byte == 9;
  // U+FFFE and U+FFFF
  return byte != 0xef || at + 2 >= stop || load<u8>(at + 1) != 0xbf || load<u8>(at + 2) < 0xbe;
}

/** Its namespace: {@link DAV}, {@link CALDAV}, 0 for others; -1 for a prefix that is not bound. */
function namespaceOf(prefix: u32, length: u32): i32 {
  for (let i: i32 = <i32>bound - 1; i >= 0; i--) {
    const binding = bindings + i * 12;
    if (load<u32>(binding, 4) != length) continue;
    const known = load<u32>(binding);
    let same = true;
    for (let j: u32 = 0; same && j < length; j++) same = load<u8>(known + j) == load<u8>(prefix + j);
    if (same) return load<i32>(binding, 8);
  }
  return length == 0 ? NO_NAMESPACE : -1;
}

/** `xmlns`, `xmlns:prefix` or another attribute's name and value at `at`. False for anything that is not plain. */
function readAttribute(count: u32): bool {
  const name = at;
  const local = readName();
  if (local == 0 || count == MOST_ATTRIBUTES) return false;
  const length = at - name;
  for (let i: u32 = 0; i < count; i++) {
    const other = load<u32>(attributes + (i << 3));
    if (load<u32>(attributes + (i << 3), 4) != length) continue;
    let same = true;
    for (let j: u32 = 0; same && j < length; j++) same = load<u8>(other + j) == load<u8>(name + j);
    if (same) return false;
  }
  store<u32>(attributes + (count << 3), name);
  store<u32>(attributes + (count << 3), length, 4);
  const bindsDefault = isText(name, length, "xmlns");
  const bindsPrefix = local != name && isText(name, local - 1 - name, "xmlns");
  if (local != name && !bindsPrefix) return false;
  if (load<u8>(at) != EQUALS) return false;
  at++;
  if (at == stop) return false;
  const quote: u32 = load<u8>(at);
  if (quote != QUOTE && quote != APOSTROPHE) return false;
  const value = ++at;
  while (at < stop && load<u8>(at) != quote) {
    const byte: u32 = load<u8>(at);
    if (byte == LT || !isCharacter(byte)) return false;
    if (byte != AMPERSAND) at++;
    else if (bindsDefault || bindsPrefix || !readReference()) return false;
  }
  if (at == stop) return false;
  const valueLength = at - value;
  at++;
  if (!bindsDefault && !bindsPrefix) return true;
  const prefixLength = bindsDefault ? 0 : name + length - local;
  if (bindsPrefix && (valueLength == 0 || (prefixLength >= 3 && isReserved(local)))) return false;
  // No namespace that is not written plainly, and none of XML's own.
  for (let i = value; i < value + valueLength; i++)
    if (<u32>load<u8>(i) <= 32) return false;
  if (valueLength > 20 && isText(value, 18, "http://www.w3.org/")) return false;
  if (bound == MOST_BINDINGS) return false;
  const binding = bindings + bound * 12;
  store<u32>(binding, local);
  store<u32>(binding, prefixLength, 4);
  store<u32>(
    binding,
    isText(value, valueLength, "DAV:")
      ? DAV
      : isText(value, valueLength, "urn:ietf:params:xml:ns:caldav")
        ? CALDAV
        : NO_NAMESPACE,
    8,
  );
  bound++;
  return true;
}

/** Prefixes that begin with "xml", in any case (Namespaces in XML §3). */
function isReserved(prefix: u32): bool {
  return (load<u8>(prefix) | 32) == 120 && (load<u8>(prefix + 1) | 32) == 109 && (load<u8>(prefix + 2) | 32) == 108;
}

/** What a name stands for; 0 for what is of no use here. */
function elementAt(namespace: i32, local: u32, length: u32): u32 {
  if (namespace == DAV) {
    switch (length) {
      case 4:
        return isText(local, length, "prop") ? PROP : isText(local, length, "href") ? HREF_ELEMENT : 0;
      case 6:
        return isText(local, length, "status") ? STATUS_ELEMENT : 0;
      case 7:
        return isText(local, length, "getetag") ? FIRST_PROPERTY : 0;
      case 8:
        if (isText(local, length, "response")) return RESPONSE;
        return isText(local, length, "propstat") ? PROPSTAT : 0;
      case 10:
        return isText(local, length, "sync-token") ? SYNC_TOKEN : 0;
      case 11:
        return isText(local, length, "multistatus") ? MULTISTATUS : 0;
      case 12:
        return isText(local, length, "resourcetype") ? FIRST_PROPERTY + 1 : 0;
      case 14:
        return isText(local, length, "getcontenttype") ? FIRST_PROPERTY + 2 : 0;
      case 16:
        return isText(local, length, "getcontentlength") ? FIRST_PROPERTY + 3 : 0;
    }
  } else if (namespace == CALDAV) {
    if (isText(local, length, "calendar-data")) return FIRST_PROPERTY + 4;
    if (isText(local, length, "schedule-tag")) return FIRST_PROPERTY + 5;
  }
  return 0;
}

/** `HTTP/1.1 200 OK` → 200; 0 for anything that is written otherwise. */
function statusAt(start: u32, end: u32): u32 {
  if (end - start < 12 || !isText(start, 5, "HTTP/") || load<u8>(start + 8) != 32) return 0;
  if (<u32>load<u8>(start + 5) - 48 > 9 || load<u8>(start + 6) != 46) return 0;
  if (<u32>load<u8>(start + 7) - 48 > 9 || (end - start > 12 && load<u8>(start + 12) != 32)) return 0;
  let status: u32 = 0;
  for (let i = start + 9; i < start + 12; i++) {
    const digit = <u32>load<u8>(i) - 48;
    if (digit > 9) return 0;
    status = status * 10 + digit;
  }
  return status;
}

/**
 * @param document from the root element's `<` on
 * @param ascii every character is one byte
 * @returns the number of records, the document's own among them; 0 for a document that is to be read otherwise
 */
export function responses(document: u32, size: u32, table: u32, room: u32, ascii: bool): u32 {
  isAscii = ascii;
  counted = document;
  units = 0;
  at = document;
  stop = document + size;
  bound = 0;
  memory.fill(table, 0, RECORD);
  const tableEnd = table + room;
  let record = table;
  let depth: u32 = 0;
  let leaf: u32 = 0;
  let leafStart: u32 = 0;
  let hasMarks = false;
  let hrefs: u32 = 0;
  let props: u32 = 0;
  let statuses: u32 = 0;
  let status: u32 = 0;
  /** Properties of the propstat that is open. */
  let fresh: u32 = 0;
  let hasToken = false;
  if (size == 0 || load<u8>(at) != LT) return 0;
  for (;;) {
    if (at == stop) return 0;
    const byte: u32 = load<u8>(at);
    if (byte != LT) {
      if (byte == AMPERSAND) {
        hasMarks = true;
        if (!readReference()) return 0;
        continue;
      }
      if (!isCharacter(byte)) return 0;
      if (byte == CR) hasMarks = true;
      else if (byte == GT && load<u8>(at - 1) == BRACKET && load<u8>(at - 2) == BRACKET) return 0;
      at++;
      continue;
    }
    const tag = at++;
    if (at == stop) return 0;
    let closes = load<u8>(at) == SLASH;
    let element: u32 = 0;
    let textEnd = tag;
    if (!closes) {
      const name = at;
      const local = readName();
      if (local == 0 || depth == DEEPEST) return 0;
      const nameEnd = at;
      const before = bound;
      for (let count: u32 = 0; ; count++) {
        const from = at;
        skipBlanks();
        if (at == stop) return 0;
        const next: u32 = load<u8>(at);
        if (next == GT || next == SLASH) break;
        if (at == from || !readAttribute(count)) return 0;
      }
      closes = load<u8>(at) == SLASH;
      if (closes) at++;
      if (at == stop || load<u8>(at) != GT) return 0;
      at++;
      const namespace = namespaceOf(name, local == name ? 0 : local - 1 - name);
      if (namespace < 0) return 0;
      element = elementAt(namespace, local, nameEnd - local);
      const parent = depth == 0 ? 0 : load<u32>(open + ((depth - 1) << 4), 8);
      if (depth == 0) {
        if (element != MULTISTATUS) return 0;
        store<u32>(table, unitsTo(tag), ROOT_START);
        store<u32>(table, unitsTo(nameEnd), ROOT_NAME_END);
        store<u32>(table, unitsTo(at), ROOT_END);
      } else if (depth == 1) {
        if (element == RESPONSE) {
          record += RECORD;
          if (record + RECORD > tableEnd) return 0;
          memory.fill(record, 0, RECORD);
          for (let i: u32 = 0; i < PROPERTY_COUNT; i++)
            store<i32>(record + PROPERTIES + i * PROPERTY, -1, 12);
          store<u32>(record, unitsTo(tag), START);
          hrefs = 0;
        } else if (element == SYNC_TOKEN) {
          if (hasToken) element = 0;
          hasToken = true;
        } else element = 0;
      } else if (parent == RESPONSE) {
        if (element == PROPSTAT) {
          props = 0;
          statuses = 0;
          status = 0;
          fresh = 0;
        } else if (element == HREF_ELEMENT) {
          if (++hrefs > 1) store<u32>(record, 1, UNUSUAL);
        } else if (element != STATUS_ELEMENT || load<u32>(record, STATUS) != 0) {
          store<u32>(record, 1, UNUSUAL);
          element = 0;
        }
      } else if (parent == PROPSTAT) {
        if (element == PROP ? ++props > 1 : element != STATUS_ELEMENT || ++statuses > 1) {
          store<u32>(record, 1, UNUSUAL);
          element = 0;
        }
      } else if (parent == PROP) {
        if (element < FIRST_PROPERTY) {
          store<u32>(record, 1, UNUSUAL);
          element = 0;
        }
      } else {
        // Inside of what is no use here, or inside of a text.
        if (parent == SYNC_TOKEN) return 0;
        if (parent != 0) store<u32>(record, 1, UNUSUAL);
        element = 0;
      }
      const entry = open + (depth << 4);
      store<u32>(entry, name);
      store<u32>(entry, nameEnd - name, 4);
      store<u32>(entry, element, 8);
      store<u32>(entry, before, 12);
      depth++;
      hasMarks = false;
      leaf = element;
      leafStart = at;
      if (!closes) continue;
      textEnd = at;
    } else {
      const name = ++at;
      if (readName() == 0) return 0;
      const length = at - name;
      if (depth == 0) return 0;
      const entry = open + ((depth - 1) << 4);
      if (load<u32>(entry, 4) != length) return 0;
      const opened = load<u32>(entry);
      for (let i: u32 = 0; i < length; i++)
        if (load<u8>(opened + i) != load<u8>(name + i)) return 0;
      skipBlanks();
      if (at == stop || load<u8>(at) != GT) return 0;
      at++;
    }
    depth--;
    const entry = open + (depth << 4);
    element = load<u32>(entry, 8);
    bound = load<u32>(entry, 12);
    if (element == SYNC_TOKEN) {
      store<u32>(table, unitsTo(leafStart), TOKEN);
      store<u32>(table, unitsTo(textEnd), TOKEN + 4);
      store<u32>(table, hasMarks ? 1 : 0, TOKEN + 8);
    } else if (element == HREF_ELEMENT && leaf == HREF_ELEMENT) {
      store<u32>(record, unitsTo(leafStart), HREF);
      store<u32>(record, unitsTo(textEnd), HREF + 4);
      store<u32>(record, hasMarks ? 1 : 0, HREF + 8);
    } else if (element == STATUS_ELEMENT) {
      const code = statusAt(leafStart, textEnd);
      if (code == 0 || leaf != STATUS_ELEMENT) store<u32>(record, 1, UNUSUAL);
      if (load<u32>(open + ((depth - 1) << 4), 8) == PROPSTAT) status = code;
      else store<u32>(record, code, STATUS);
    } else if (element >= FIRST_PROPERTY) {
      const property = record + PROPERTIES + (element - FIRST_PROPERTY) * PROPERTY;
      if (load<i32>(property, 12) != -1) store<u32>(record, 1, UNUSUAL);
      store<u32>(property, unitsTo(leafStart));
      store<u32>(property, unitsTo(textEnd), 4);
      store<u32>(property, hasMarks ? 1 : 0, 8);
      store<i32>(property, 0, 12);
      fresh |= 1 << (element - FIRST_PROPERTY);
    } else if (element == PROPSTAT) {
      for (let i: u32 = 0; i < PROPERTY_COUNT; i++)
        if (fresh & (1 << i)) store<i32>(record + PROPERTIES + i * PROPERTY, status, 12);
    } else if (element == RESPONSE) {
      if (hrefs == 0) store<u32>(record, 1, UNUSUAL);
      store<u32>(record, unitsTo(at), END);
    }
    leaf = 0;
    if (depth == 0) break;
  }
  skipBlanks();
  if (at != stop) return 0;
  return (record - table) / RECORD + 1;
}
