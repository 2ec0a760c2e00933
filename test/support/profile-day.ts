/**
 * A day as the test's profile has it, which is in another time zone than the machine may be: around midnight its today
 * is not the machine's.
 * @param offset days from today
 * @returns `YYYYMMDD` (RFC 5545 §3.3.4)
 */
export const profileDay = (offset = 0): string =>
  new Date(Date.now() + offset * 86_400_000)
    .toLocaleDateString("sv-SE", { timeZone: "Europe/Berlin" })
    .replaceAll("-", "");
