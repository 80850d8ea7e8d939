import { clsx } from "clsx";
import { MoreHorizontal } from "lucide-react";
import {
  type ComponentProps,
  cloneElement,
  type KeyboardEvent,
  type PointerEvent,
  type ReactElement,
  type ReactNode,
  useId,
  useState,
} from "react";
import { flushSync } from "react-dom";
import { IconButton } from "./button.tsx";

type MenuProps = {
  /** The name of the item to which the actions belong, because the menu can cover the item. */
  title?: ReactNode;
  trigger: ReactElement<ComponentProps<"button">>;
  children: ReactNode;
  align?: "start" | "end";
  side?: "top" | "bottom";
};

const areas = {
  top: { start: "[position-area:top_span-right]", end: "[position-area:top_span-left]" },
  bottom: { start: "[position-area:bottom_span-right]", end: "[position-area:bottom_span-left]" },
};

/**
 * A list of MenuItems behind a button. On Escape and on a click outside of the menu, the Popover API closes the menu and returns the focus.
 * Browsers without CSS anchor positioning show the menu in the middle of the screen.
 *
 * Keyboard: https://www.w3.org/WAI/ARIA/apg/patterns/menu-button/
 */
export function Menu({ title, trigger, children, align = "end", side = "bottom" }: MenuProps) {
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  // A note can have a thousand menus, so the page gets the element of a menu at the first click, before the browser opens the menu.
  const [isUsed, setUsed] = useState(false);
  const button = cloneElement(trigger, {
    id: `${id}button`,
    popoverTarget: id,
    "aria-haspopup": "menu",
    "aria-expanded": isOpen,
    onClick: () => flushSync(() => setUsed(true)),
    onKeyDown(event) {
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      event.preventDefault();
      event.currentTarget.click();
    },
  });
  return (
    <>
      {button}
      {isUsed && (
        <div
          id={id}
          role="menu"
          tabIndex={-1}
          popover="auto"
          aria-labelledby={`${id}button`}
          onBeforeToggle={({ newState }) => setOpen(newState === "open")}
          onToggle={({ newState, currentTarget }) => newState === "open" && focusFirst(currentTarget)}
          onClick={({ currentTarget }) => currentTarget.hidePopover()}
          onKeyDown={moveFocus}
          className={clsx(
            "min-w-44 rounded-card border border-line bg-surface p-1 text-base text-ink shadow-float outline-none transition-opacity starting:opacity-0",
            "inset-auto my-1 [position-try-fallbacks:flip-block]",
            areas[side][align],
          )}
        >
          {isOpen && title !== undefined && (
            <p role="none" dir="auto" className="max-w-60 px-2 py-1 text-muted text-small [overflow-wrap:anywhere]">
              {title}
            </p>
          )}
          {isOpen && children}
        </div>
      )}
    </>
  );
}

type IconMenuProps = Omit<ComponentProps<typeof IconButton>, "title"> & Pick<MenuProps, "title"> & { icon?: ReactNode };

/** A menu behind an icon button. The default icon is three dots. */
export function IconMenu({ icon = <MoreHorizontal size={18} />, title, children, ...button }: IconMenuProps) {
  return (
    <Menu title={title} trigger={<IconButton {...button}>{icon}</IconButton>}>
      {children}
    </Menu>
  );
}

function itemsOf(menu: HTMLElement): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>("[role^=menuitem]")];
}

/** Focuses the selected item first, because a focused item looks selected. */
function focusFirst(menu: HTMLElement): void {
  // The browser sends the event `toggle` late. The pointer may already have moved the focus to an item.
  if (menu.matches(":focus-within")) return;
  const items = itemsOf(menu);
  (items.find(({ ariaChecked }) => ariaChecked === "true") ?? items[0])?.focus();
}

function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const items = itemsOf(event.currentTarget);
  const at = items.findIndex((item) => item.matches(":focus"));
  const target = {
    ArrowDown: items[(at + 1) % items.length],
    ArrowUp: items.at(at <= 0 ? -1 : at - 1),
    Home: items[0],
    End: items.at(-1),
  }[event.key];
  if (target !== undefined) {
    event.preventDefault();
    target.focus();
  } else if (event.key === "Tab") {
    event.preventDefault();
    event.currentTarget.hidePopover();
  } else if (event.key === " " && event.target instanceof HTMLAnchorElement) {
    event.preventDefault();
    event.target.click();
  } else if (event.key.length === 1) {
    const after = [...items.slice(at + 1), ...items.slice(0, at + 1)];
    after.find((item) => item.textContent.toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
  }
}

type MenuItemProps = {
  icon?: ReactNode;
  isDanger?: boolean;
  /** Whether the item is the selected option. Undefined if the item is an action and not an option. */
  isChosen?: boolean;
  render?: ReactElement<ComponentProps<"a"> | ComponentProps<"button">>;
  onClick?: () => void;
  children: ReactNode;
};

export function MenuItem({
  icon,
  isDanger = false,
  isChosen,
  render = <button type="button" />,
  onClick,
  children,
}: MenuItemProps) {
  return cloneElement(
    render,
    {
      role: isChosen === undefined ? "menuitem" : "menuitemradio",
      ...(isChosen !== undefined && { "aria-checked": isChosen }),
      tabIndex: -1,
      className: clsx(
        "flex h-11 w-full cursor-default select-none items-center gap-2 rounded-small px-2 pr-3 text-left outline-none focus:bg-hover md:h-8",
        isDanger && "text-danger",
      ),
      onPointerMove: ({ currentTarget }: PointerEvent<HTMLElement>) => currentTarget.focus({ preventScroll: true }),
      ...(onClick !== undefined && { onClick }),
    },
    icon !== undefined && <span className={clsx("shrink-0", !isDanger && "text-muted")}>{icon}</span>,
    children,
  );
}
