/** An account as it is called on the page. Pure. */
import type { Account } from "../../shared/commands.ts";
import type { Localizer } from "../localizer.ts";

type Named = Pick<Account, "username" | "principal" | "location">;

export function hostOf({ principal, location }: Named): string {
  return URL.canParse(principal) ? new URL(principal).host : location;
}

export function accountName(words: Localizer, account: Named): string {
  return words.text("accountTitle", account.username, hostOf(account));
}
