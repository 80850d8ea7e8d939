import { Link } from "@tanstack/react-router";
import { ChevronLeft } from "lucide-react";
import { texts } from "../texts/index.ts";

/** The link above a part of the settings that has no index beside it. */
export function BackToSettings() {
  return (
    <Link to="/settings" className="-ml-2 mb-1 inline-flex h-11 items-center gap-1 pr-3 text-muted hover:text-ink">
      <ChevronLeft size={18} aria-hidden="true" />
      {texts.app.settings}
    </Link>
  );
}
