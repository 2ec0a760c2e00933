/**
 * The loop of shared/ical/scan-components.ts once more, in AssemblyScript, for texts without anything odd: it finds the lines
 * that columns are made of and reads dates. Whatever it does not know for certain it leaves to the loop in JavaScript.
 * `scripts/assembly.ts` compiles it. Positions in the table count UTF-16 units of the text.
 */

/** Where the memory is the caller's: the text as UTF-8, and the table behind it. */
export const FREE: u32 = (<u32>__heap_base + 15) & ~15;

/** A record of the table: its kind, then up to seven numbers. */
const RECORD: u32 = 32;
/** Which of VEVENT, VTODO, VJOURNAL (1, 2, 3) begins. */
const ITEM: i32 = 1;
/** An item's flags; it ends. */
const ITEM_END: i32 = 2;
/** A VTIMEZONE's content: start, end. */
const ZONE: i32 = 3;
/** Name, start, end, folded: a logical line that JavaScript has to read. */
const LINE: i32 = 4;
/** Name, start and end of the value. */
const VALUE: i32 = 5;
/** Name, start and end of the value, of TZID (0, 0 without), days since 1970, seconds of the day. */
const DATE: i32 = 6;

const HAS_ALARMS: u32 = 1;
const HAS_ATTENDEES: u32 = 2;
const HAS_ORGANIZER: u32 = 4;
const HAS_ATTACHMENTS: u32 = 8;
const IS_INSTANCE: u32 = 16;

const LF: u32 = 10;
const CR: u32 = 13;
const SPACE: u32 = 32;
const TAB: u32 = 9;
const QUOTE: u32 = 34;
const COMMA: u32 = 44;
const MINUS: u32 = 45;
const COLON: u32 = 58;
const SEMICOLON: u32 = 59;
const EQUALS: u32 = 61;
const CARET: u32 = 94;

const DEEPEST: u32 = 16;
/** Start and length of the names of what is open. */
const open: usize = memory.data(128, 4);

let isAscii: bool = false;
let counted: u32 = 0;
let units: u32 = 0;

let out: u32 = 0;
let outEnd: u32 = 0;

let days: i32 = 0;
let seconds: i32 = 0;
let zoneFrom: u32 = 0;
let zoneTo: u32 = 0;

/** UTF-16 units from the text's start to `at`; asked for in ascending order. */
function unitsTo(at: u32): u32 {
  if (isAscii) return units + (at - counted);
  while (counted < at) {
    const byte: u32 = load<u8>(counted++);
    if ((byte & 0xc0) != 0x80) units += byte >= 0xf0 ? 2 : 1;
  }
  return units;
}

function upper(byte: u32): u32 {
  return byte - 97 < 26 ? byte - 32 : byte;
}

function isWord(start: u32, length: u32, word: string): bool {
  if (length != <u32>word.length) return false;
  const letters = changetype<usize>(word);
  for (let i: u32 = 0; i < length; i++)
    if (upper(load<u8>(start + i)) != <u32>load<u16>(letters + (i << 1))) return false;
  return true;
}

function isSame(first: u32, second: u32, length: u32): bool {
  for (let i: u32 = 0; i < length; i++)
    if (upper(load<u8>(first + i)) != upper(load<u8>(second + i))) return false;
  return true;
}

/** The index of a name in scan-assembly-engine.ts's list; 0 for one that makes no column. */
function nameAt(start: u32, length: u32): i32 {
  switch (length) {
    case 3:
      return isWord(start, length, "UID") ? 1 : isWord(start, length, "DUE") ? 2 : 0;
    case 5:
      if (isWord(start, length, "DTEND")) return 3;
      if (isWord(start, length, "RRULE")) return 4;
      if (isWord(start, length, "RDATE")) return 5;
      return isWord(start, length, "CLASS") ? 6 : 0;
    case 6:
      return isWord(start, length, "STATUS") ? 7 : isWord(start, length, "ATTACH") ? 8 : 0;
    case 7:
      if (isWord(start, length, "DTSTART")) return 9;
      if (isWord(start, length, "DTSTAMP")) return 10;
      return isWord(start, length, "SUMMARY") ? 11 : 0;
    case 8:
      if (isWord(start, length, "DURATION")) return 12;
      if (isWord(start, length, "LOCATION")) return 13;
      if (isWord(start, length, "SEQUENCE")) return 14;
      return isWord(start, length, "ATTENDEE") ? 15 : 0;
    case 9:
      return isWord(start, length, "COMPLETED") ? 16 : isWord(start, length, "ORGANIZER") ? 17 : 0;
    case 10:
      return isWord(start, length, "CATEGORIES") ? 18 : 0;
    case 13:
      if (isWord(start, length, "LAST-MODIFIED")) return 19;
      return isWord(start, length, "RECURRENCE-ID") ? 20 : 0;
    case 16:
      return isWord(start, length, "PERCENT-COMPLETE") ? 21 : 0;
  }
  return 0;
}

/** False when the table is full. */
function put(kind: i32, a: i32, b: i32, c: i32, d: i32): bool {
  if (out + RECORD > outEnd) return false;
  store<i32>(out, kind);
  store<i32>(out, a, 4);
  store<i32>(out, b, 8);
  store<i32>(out, c, 12);
  store<i32>(out, d, 16);
  out += RECORD;
  return true;
}

/** The number written in `count` digits; -1 when something else stands there. */
function digits(at: u32, count: u32): i32 {
  let number: i32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const digit = <u32>load<u8>(at + i) - 48;
    if (digit > 9) return -1;
    number = number * 10 + <i32>digit;
  }
  return number;
}

/** DATE or DATE-TIME (RFC 5545 §3.3.4, §3.3.5) into `days` and `seconds`; false for anything else. */
function readDate(at: u32, length: u32): bool {
  if (length != 8 && length != 15 && length != 16) return false;
  const year = digits(at, 4);
  const month = digits(at + 4, 2);
  const day = digits(at + 6, 2);
  // Years before 100 are the JavaScript's affair.
  if (year < 100 || month < 1 || month > 12 || day < 1 || day > 31) return false;
  seconds = 0;
  if (length > 8) {
    if (upper(load<u8>(at + 8)) != 84) return false;
    if (length == 16 && upper(load<u8>(at + 15)) != 90) return false;
    const hour = digits(at + 9, 2);
    const minute = digits(at + 11, 2);
    const second = digits(at + 13, 2);
    if (hour < 0 || hour > 24 || minute < 0 || minute > 59 || second < 0 || second > 60) return false;
    seconds = (hour * 60 + minute) * 60 + second;
  }
  // Days from the civil calendar: years begin in March, so that leap days come last.
  const shifted = month > 2 ? month - 3 : month + 9;
  const from = month > 2 ? year : year - 1;
  const century = from / 100;
  days =
    from * 365 + from / 4 - century + century / 4 + (153 * shifted + 2) / 5 + day - 1 - 719468;
  return true;
}

/** The value of TZID among the parameters in front of `colon`, into `zoneFrom` and `zoneTo`. */
function findZone(at: u32, colon: u32): void {
  zoneFrom = 0;
  zoneTo = 0;
  while (at < colon) {
    const name = ++at;
    let equals: u32 = 0;
    for (; at < colon; at++) {
      const byte: u32 = load<u8>(at);
      if (byte == SEMICOLON) break;
      if (byte == EQUALS && equals == 0) equals = at;
    }
    if (!isWord(name, (equals == 0 ? at : equals) - name, "TZID")) continue;
    zoneFrom = equals == 0 ? at : equals + 1;
    zoneTo = at;
    return;
  }
}

/** @returns 1 to 3 for what items are, else 0 */
function itemKind(start: u32, length: u32): i32 {
  if (isWord(start, length, "VEVENT")) return 1;
  if (isWord(start, length, "VTODO")) return 2;
  return isWord(start, length, "VJOURNAL") ? 3 : 0;
}

/** A line's record where columns need it. False when the table is full. */
function putLine(name: i32, start: u32, nameEnd: u32, colon: u32, end: u32, isOdd: bool, folded: bool): bool {
  let valueEnd = end;
  if (valueEnd > colon + 1 && load<u8>(valueEnd - 1) == LF) valueEnd--;
  if (valueEnd > colon + 1 && load<u8>(valueEnd - 1) == CR) valueEnd--;
  const value = colon + 1;
  const isDate = name == 2 || name == 3 || name == 9 || name == 10 || name == 16 || name == 19;
  if (isOdd || folded || name == 5 || (isDate && !readDate(value, valueEnd - value))) {
    const from = unitsTo(start);
    return put(LINE, name, from, unitsTo(end), folded ? 1 : 0);
  }
  if (!isDate) {
    const from = unitsTo(value);
    return put(VALUE, name, from, unitsTo(valueEnd), 0);
  }
  findZone(nameEnd, colon);
  let zoneStart: u32 = 0;
  let zoneEnd: u32 = 0;
  if (zoneTo > zoneFrom) {
    zoneStart = unitsTo(zoneFrom);
    zoneEnd = unitsTo(zoneTo);
  }
  const from = unitsTo(value);
  if (!put(DATE, name, from, unitsTo(valueEnd), zoneStart)) return false;
  store<i32>(out - RECORD, zoneEnd, 20);
  store<i32>(out - RECORD, days, 24);
  store<i32>(out - RECORD, seconds, 28);
  return true;
}

/**
 * @param ascii every character is one byte
 * @returns the number of records, the first of which tells in its second number whether the text holds components of
 *   other kinds; 0 for a text that is to be read in JavaScript
 */
export function scan(text: u32, size: u32, table: u32, room: u32, ascii: bool): u32 {
  isAscii = ascii;
  counted = text;
  units = 0;
  out = table + RECORD;
  outEnd = table + room;
  const stop = text + size;
  let depth: u32 = 0;
  let itemDepth: u32 = 0;
  let flags: u32 = 0;
  let others: i32 = 0;
  let zoneStart: u32 = 0;
  let at = text;
  while (at < stop) {
    const start = at;
    let byte: u32 = 0;
    for (; at < stop; at++) {
      byte = load<u8>(at);
      if (byte == COLON || byte == SEMICOLON) break;
      if (byte <= SPACE || byte >= 127 || byte == QUOTE || byte == COMMA) break;
    }
    if (at == stop) return 0;
    if (at == start && (byte == LF || byte == CR)) {
      if (byte == CR && (++at == stop || load<u8>(at) != LF)) return 0;
      at++;
      if (at < stop && (load<u8>(at) == SPACE || load<u8>(at) == TAB)) return 0;
      continue;
    }
    if (at == start || (byte != COLON && byte != SEMICOLON)) return 0;
    const nameEnd = at;
    let colon: u32 = 0;
    let isOdd = false;
    let folded = false;
    while (at < stop) {
      byte = load<u8>(at++);
      if (byte == LF) {
        if (at == stop || (load<u8>(at) != SPACE && load<u8>(at) != TAB)) break;
        folded = true;
      } else if (colon == 0) {
        if (byte == COLON) colon = at - 1;
        else if (byte == QUOTE || byte == CARET) isOdd = true;
      }
    }
    if (colon == 0) return 0;
    const length = nameEnd - start;
    const begins = isWord(start, length, "BEGIN");
    if (begins || isWord(start, length, "END")) {
      const word = nameEnd + 1;
      let wordEnd = at;
      if (wordEnd > word && load<u8>(wordEnd - 1) == LF) wordEnd--;
      if (wordEnd > word && load<u8>(wordEnd - 1) == CR) wordEnd--;
      const wordLength = wordEnd - word;
      if (folded || colon != nameEnd || wordLength == 0) return 0;
      for (let i = word; i < wordEnd; i++) {
        const letter = upper(load<u8>(i));
        if (letter - 65 > 25 && letter - 48 > 9 && letter != MINUS) return 0;
      }
      const kind = itemKind(word, wordLength);
      const isZone = isWord(word, wordLength, "VTIMEZONE");
      if (begins) {
        if (depth == DEEPEST) return 0;
        store<u32>(open + (depth << 3), word);
        store<u32>(open + (depth << 3), wordLength, 4);
        depth++;
        if (itemDepth > 0) {
          if (kind != 0 || isZone) return 0;
          if (isWord(word, wordLength, "VALARM")) flags |= HAS_ALARMS;
        } else if (kind != 0) {
          if (!put(ITEM, kind, 0, 0, 0)) return 0;
          itemDepth = depth;
          flags = 0;
        } else if (depth == 2 && !isZone) others = 1;
        if (isZone) zoneStart = unitsTo(at);
      } else {
        if (depth == 0) return 0;
        depth--;
        if (load<u32>(open + (depth << 3), 4) != wordLength) return 0;
        if (!isSame(load<u32>(open + (depth << 3)), word, wordLength)) return 0;
        if (isZone) {
          if (!put(ZONE, zoneStart, unitsTo(start), 0, 0)) return 0;
          zoneStart = unitsTo(at);
        }
        if (kind != 0) {
          if (!put(ITEM_END, flags, 0, 0, 0)) return 0;
          itemDepth = 0;
        }
      }
    } else if (depth == 0) return 0;
    else if (depth == itemDepth) {
      const name = nameAt(start, length);
      if (name == 15) flags |= HAS_ATTENDEES;
      else if (name == 17) flags |= HAS_ORGANIZER;
      else if (name == 8) flags |= HAS_ATTACHMENTS;
      else if (name == 20) flags |= IS_INSTANCE;
      else if (name != 0 && !putLine(name, start, nameEnd, colon, at, isOdd, folded)) return 0;
    }
  }
  if (depth != 0) return 0;
  store<i32>(table, others, 4);
  return (out - table) / RECORD;
}
