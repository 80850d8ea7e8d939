import { Menu } from "@base-ui/react/menu";
import type { MenuProps } from "./menu.tsx";

/** The menu itself, open from the start; loaded when someone reaches for it. */
export function MenuPopup({ trigger, children, align = "end", side = "bottom" }: MenuProps) {
  return (
    <Menu.Root defaultOpen>
      <Menu.Trigger render={trigger} />
      <Menu.Portal>
        <Menu.Positioner align={align} side={side} sideOffset={4} className="z-50 outline-none">
          <Menu.Popup className="min-w-44 rounded-card border bg-surface p-1 shadow-float outline-none transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0">
            {children}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
