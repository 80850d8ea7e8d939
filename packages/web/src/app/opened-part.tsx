import { type ReactNode, useEffect, useEffectEvent } from "react";
import { useCode } from "../service/code.ts";
import { showProblem } from "../service/toasts.ts";

type OpenedPartProps = {
  /** Default: true. */
  isOpen?: boolean;
  /** Runs when the code cannot be loaded. A message reports that, and the page stays as it is. */
  onClose: () => void;
  children: (parts: typeof import("./opened-parts.ts")) => ReactNode;
};

const loadParts = () => import("./opened-parts.ts");

/**
 * A part of a page that opens on a click. All such parts are one file, which loads with the first of them, so that there is one way to
 * fail. Without this file the first load of a note exceeds its limit (e2e/src/web/performance.test.ts).
 */
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
