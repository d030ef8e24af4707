// What the map shows, to take away. The window with the choices is fetched when it is opened.

import { t } from "../net/words.js";
import { isOpen } from "../ui/rights.js";

const ARROW = "M12 4v11.5M7.5 11 12 15.5 16.5 11M4.5 19.5h15";

export const download = {
  wire(page) {
    if (!isOpen("api.map_file")) return;
    page.tools.add({
      id: "download", icon: ARROW, label: t("Download"),
      press: async () => {
        const { openDownloads } = await import("../output/downloads_dialog.js");
        await openDownloads(page);
      },
    });
  },
};
