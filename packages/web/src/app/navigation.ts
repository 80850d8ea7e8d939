import { FileText, History, Users } from "lucide-react";
import { texts } from "../texts/index.ts";

/** The places of the app, in the order of the rail and the bar; `scope`: the list that a note beside it belongs to. */
export const places = [
  { to: "/", label: texts.app.notes, short: texts.app.notes, icon: FileText, scope: "owned" },
  { to: "/shared", label: texts.app.sharedWithMe, short: texts.app.shared, icon: Users, scope: "shared" },
  { to: "/activity", label: texts.app.activity, short: texts.app.activity, icon: History, scope: null },
] as const;
