import { type ReactNode, useEffect, useEffectEvent } from "react";
import { useCode } from "../service/code.ts";
import { loadCode } from "../service/load-code.ts";
import { showProblem } from "../service/toasts.ts";

type OpenedPartProps = {
  isOpen?: boolean;
  /** Runs when the code cannot be loaded. A message reports that, and the page stays as it is. */
  onClose: () => void;
  children: (parts: typeof import("./opened-parts.ts")) => ReactNode;
};

const loadParts = () => loadCode(() => import("./opened-parts.ts"));

/** A part of a page that opens on a click. All parts are one lazy file, to limit the first load (e2e/src/web/performance.test.ts). */
export function OpenedPart({ isOpen = true, onClose, children }: OpenedPartProps) {
  const { data: parts, error } = useCode("opened parts", loadParts, { isNeeded: isOpen });
  const close = useEffectEvent(onClose);
  useEffect(() => {
    if (error === null) return;
    showProblem(error);
    close();
  }, [error]);
  return parts === undefined ? null : children(parts);
}
