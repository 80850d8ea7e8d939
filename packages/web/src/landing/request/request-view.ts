import type { OpenedLink } from "@valetkey/client";
import { h } from "../dom.ts";
import type { Page } from "../page-context.ts";

export function requestView(_link: OpenedLink, _page: Page): HTMLElement {
  return h("p");
}
