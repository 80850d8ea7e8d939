import type { ReactNode } from "react";
import { importWithRetry, useCode } from "../service/lazy-code.ts";

type LazyPartProps = {
  isOpen?: boolean;
  /** Runs when the code of the part cannot be loaded. A message then reports the failure, and the page does not change. */
  onClose: () => void;
  children: (parts: typeof import("./lazy-parts.tsx")) => ReactNode;
};

const loadParts = () => importWithRetry(() => import("./lazy-parts.tsx"));

/**
 * Shows a part of a page that opens on a click. The code of all lazy parts is in one file. The page loads this file on demand, to keep the
 * first load small (e2e/src/web/performance.test.ts).
 */
export function LazyPart({ isOpen = true, onClose, children }: LazyPartProps) {
  const { data: parts } = useCode("lazy parts", loadParts, { isNeeded: isOpen, onFail: onClose });
  return parts === undefined ? null : children(parts);
}
