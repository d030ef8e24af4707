// What the other parts hang their buttons, tabs and drawers on.

import { byId } from "../ui/dom.js";
import { Dock, dockAddress } from "../ui/dock.js";
import { Panel, tabAddress } from "../ui/panel.js";
import { wireSheet } from "../ui/sheet.js";
import { Tools } from "../ui/tools.js";
import { t } from "../net/words.js";

export const frame = {
  address: {
    read: (asked) => ({ ...tabAddress.read(asked), ...dockAddress.read(asked) }),
    write: (view) => ({ ...tabAddress.write(view), ...dockAddress.write(view) }),
  },
  wire(page) {
    page.sheet = wireSheet();
    page.tools = new Tools();
    page.dock = new Dock(page);
    page.panel = new Panel(page);
    page.panel.add({ id: "filters", label: t("Filters"), element: byId("filters") });
  },
};
