/** The native folder picker, answered by a test: nobody is there to click in it. */
import type { Thunderbird } from "./thunderbird.ts";

export interface AnsweredPicker {
  /** Titles of the pickers that were opened since the first answer was set. */
  asked(): Promise<string[]>;
}

/** Until Thunderbird ends, every picker gives this folder. @param folder `null`: it is closed without one */
export async function answerFolderPicker(
  thunderbird: Thunderbird,
  folder: string | null,
): Promise<AnsweredPicker> {
  await thunderbird.chrome(
    `const shared = Cu.getGlobalForObject(Services);
     const isFirst = shared.keeperPicker === undefined;
     shared.keeperPicker ??= { asked: [] };
     shared.keeperPicker.path = arguments[0];
     if (!isFirst) return;
     const registrar = Components.manager.QueryInterface(Ci.nsIComponentRegistrar);
     const picker = {
       QueryInterface: ChromeUtils.generateQI(["nsIFilePicker"]),
       init(_context, title) {
         shared.keeperPicker.asked.push(title);
       },
       open(done) {
         const { path } = shared.keeperPicker;
         if (path === null) return done.done(Ci.nsIFilePicker.returnCancel);
         const file = Cc["@mozilla.org/file/local;1"].createInstance(Ci.nsIFile);
         file.initWithPath(path);
         this.file = file;
         done.done(Ci.nsIFilePicker.returnOK);
       },
     };
     registrar.registerFactory(Services.uuid.generateUUID(), "", "@mozilla.org/filepicker;1", {
       QueryInterface: ChromeUtils.generateQI(["nsIFactory"]),
       createInstance: (iid) => picker.QueryInterface(iid),
     });`,
    folder,
  );
  return {
    asked: () =>
      thunderbird.chrome<string[]>(`return Cu.getGlobalForObject(Services).keeperPicker.asked;`),
  };
}
