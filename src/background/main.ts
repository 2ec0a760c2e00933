/**
 * The background's composition root: every listener is registered in the first turn (a suspended event page
 * is woken only for listeners it had then); what objects hold is read when first needed. No logic lives here.
 */
import { type AccountParts, composeAccounts } from "./compose/account-parts.ts";
import { type BackupParts, composeBackups } from "./compose/backup-parts.ts";
import { composeCommands } from "./compose/command-parts.ts";
import { listen } from "./compose/listeners.ts";

const accounts: AccountParts = composeAccounts({
  backupRuns: () => backups.backupRuns,
  noteChange: () => backups.noteChange(),
});
const backups: BackupParts = composeBackups(accounts);
listen(accounts, backups, composeCommands(accounts, backups));
