import { clsx } from "clsx";
import type { ComponentProps } from "react";

type IconStyle = { className?: string | undefined };

/** How a button looks that is only a picture; its `aria-label` appears beside it on hovering and focus (app.css), unless a menu is open. */
export function iconButtonStyle({ className }: IconStyle = {}): string {
  return clsx(
    "tooltip inline-flex size-11 shrink-0 items-center justify-center rounded-card text-muted transition-colors hover:bg-hover hover:text-ink disabled:cursor-not-allowed disabled:opacity-50 md:size-8",
    className,
  );
}

type IconButtonProps = Omit<ComponentProps<"button">, "aria-label"> & {
  /** What it does, for the tooltip and for screen readers. */
  label: string;
};

/** A button that is only a picture. */
export function IconButton({ label, className, type = "button", ...props }: IconButtonProps) {
  return <button {...props} type={type} aria-label={label} className={iconButtonStyle({ className })} />;
}

type IconLinkProps = Omit<ComponentProps<"a">, "aria-label"> & { label: string; href: string };

/** A link that is only a picture. */
export function IconLink({ label, className, href, children, ...props }: IconLinkProps) {
  return (
    <a {...props} href={href} aria-label={label} className={iconButtonStyle({ className })}>
      {children}
    </a>
  );
}
