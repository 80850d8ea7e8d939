import { FileText, History, Link2, Users } from "lucide-react";
import { texts } from "../texts/index.ts";

/**
 * The pages of the navigation, in the order of the rail (desktops) and the bottom bar (phones). `scope` is the list that the page shows.
 */
export const places = [
  { to: "/", label: texts.app.notes, short: texts.app.notes, icon: FileText, scope: "owned" },
  { to: "/shared", label: texts.app.sharedWithMe, short: texts.app.shared, icon: Users, scope: "shared" },
  { to: "/links", label: texts.app.links, short: texts.app.links, icon: Link2, scope: null },
  { to: "/activity", label: texts.app.activity, short: texts.app.activity, icon: History, scope: null },
] as const;
