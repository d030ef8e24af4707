// The linkage page is whole as the server wrote it; only the bar has work to do.

import { openPage } from "../ui/shell.js";

openPage();
