/** The native folder picker, answered by a test: nobody is there to click in it. */
import type { Thunderbird } from "./thunderbird.ts";

/** Until Thunderbird ends, every picker gives this folder. */
export function answerFolderPicker(thunderbird: Thunderbird, folder: string): Promise<void> {
  return thunderbird.chrome(
    `const [path] = arguments;
     const registrar = Components.manager.QueryInterface(Ci.nsIComponentRegistrar);
     const picker = {
       QueryInterface: ChromeUtils.generateQI(["nsIFilePicker"]),
       init() {},
       open(done) {
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
}
