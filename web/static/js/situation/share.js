// A link to this view, as a tool of the map: whoever opens it sees the same days, filters and part of the map.

import { t } from "../net/words.js";
import { viewAddress } from "./views.js";

const LINK = "M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1.6 1.6M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1.6-1.6";

export const share = {
  wire(page) {
    page.tools.add({
      id: "share", icon: LINK, label: t("Share this view"),
      press: async () => {
        const { openShare } = await import("../ui/share_dialog.js");
        await openShare({ link: location.origin + location.pathname + viewAddress(page), view: page.state.get(), place: page.place.here.name });
      },
    });
  },
};
