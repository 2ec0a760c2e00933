/** Entry of the page of the first run. */

import { Wizard } from "./components/welcome/wizard.ts";
import { openPage } from "./open-page.ts";

const { page, byId } = openPage();
void new Wizard(byId("step-root"), byId("steps"), page).start();
