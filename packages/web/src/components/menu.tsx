import { type ComponentProps, cloneElement, lazy, type ReactElement, type ReactNode, Suspense, useState } from "react";
import { onDemand } from "./on-demand.tsx";

const loadPopup = () => import("./menu-popup.tsx");
const loadItems = () => import("./menu-items.tsx");
const MenuPopup = onDemand(async () => {
  const [{ MenuPopup }] = await Promise.all([loadPopup(), loadItems()]);
  return MenuPopup;
});

export type MenuProps = {
  /** The button that opens it. */
  trigger: ReactElement<ComponentProps<"button">>;
  children: ReactNode;
  /** Default: end. */
  align?: "start" | "end";
  /** Default: bottom. */
  side?: "top" | "bottom";
};

/** A list of MenuItems behind a button. Its code is fetched when a pointer or the focus comes near: no page needs it to be read. */
export function Menu(props: MenuProps) {
  const [isAsked, setAsked] = useState(false);
  const closed = cloneElement(props.trigger, {
    "aria-haspopup": "menu",
    "aria-expanded": false,
    onPointerEnter: preload,
    onFocus: preload,
    onClick: () => setAsked(true),
  });
  if (!isAsked) return closed;
  return (
    <Suspense fallback={closed}>
      <MenuPopup {...props} fallback={closed} onClose={() => setAsked(false)} />
    </Suspense>
  );
}

function preload(): void {
  // A failure shows when the menu is opened.
  Promise.all([loadPopup(), loadItems()]).catch(() => undefined);
}

/** One action of a Menu. */
export const MenuItem = lazy(async () => ({ default: (await loadItems()).MenuItem }));
