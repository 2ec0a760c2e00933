import { describe, expect, test } from "vitest";
import { servicesOf } from "../../../src/background/caldav/service-records.ts";

const srv = (host: string, priority = 0, weight = 0, port = 443) => ({
  host,
  priority,
  weight,
  port,
});

describe("what a domain's records name", () => {
  test("is tried by priority, the heavier first", () => {
    const records = [
      srv("c.example.org", 20),
      srv("a.example.org", 10, 1),
      srv("b.example.org", 10, 9),
    ];
    const services = servicesOf("example.org", "https", { srv: records, txt: [] });
    expect(services.map(({ origin }) => origin)).toEqual([
      "https://b.example.org",
      "https://a.example.org",
      "https://c.example.org",
    ]);
  });

  test.each([
    ["example.org", true],
    ["caldav.Example.org.", true],
    ["example.net", false],
    ["badexample.org", false],
    ["example.org.evil.net", false],
  ])("%s is the domain's own: %s", (host, isOwn) => {
    expect(servicesOf("example.org", "https", { srv: [srv(host)], txt: [] })).toMatchObject([
      { isOwn },
    ]);
  });

  test.each([
    [["path=/dav/"], "/dav/"],
    [["v=spf1 -all", "Path = /remote.php/dav"], "/remote.php/dav"],
    [["path=//evil.net/x"], "//evil.net/x"],
    [["path=https://evil.net/"], "/"],
    [["path=dav"], "/"],
    [[], "/"],
  ])("TXT %j: the path is %s", (txt, path) => {
    const [service] = servicesOf("example.org", "https", { srv: [srv("dav.example.org")], txt });
    expect(service?.path).toBe(path);
    expect(new URL("https://dav.example.org").origin).toBe(service?.origin);
  });

  test("is nothing where the target is a dot, no host, or no port", () => {
    const records = [
      srv("."),
      srv(""),
      srv("a b"),
      srv("evil.net/x"),
      srv("x@y"),
      srv("h.org", 0, 0, 0),
    ];
    expect(servicesOf("example.org", "https", { srv: records, txt: [] })).toEqual([]);
  });

  test("keeps another port, and no more than a few", () => {
    const many = Array.from({ length: 50 }, (_, index) =>
      srv(`h${index}.example.org`, index, 0, 8443),
    );
    const services = servicesOf("example.org", "http", { srv: many, txt: [] });
    expect(services[0]?.origin).toBe("http://h0.example.org:8443");
    expect(services.length).toBeLessThan(10);
  });
});
