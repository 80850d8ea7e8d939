import { clsx } from "clsx";
import type { ComponentProps } from "react";

/** The classes of an icon button. Its `aria-label` appears as a tooltip on hover and focus (app.css), except while its menu is open. */
export function iconButtonStyle(className: string | undefined): string {
  return clsx(
    "tooltip inline-flex size-11 shrink-0 items-center justify-center rounded-card text-muted transition-colors hover:bg-hover hover:text-ink disabled:cursor-not-allowed disabled:opacity-50 md:size-8",
    className,
  );
}

type IconButtonProps = Omit<ComponentProps<"button">, "aria-label"> & { label: string };

export function IconButton({ label, className, type = "button", ...props }: IconButtonProps) {
  return <button {...props} type={type} aria-label={label} className={iconButtonStyle(className)} />;
}

type IconLinkProps = Omit<ComponentProps<"a">, "aria-label"> & { label: string; href: string };

export function IconLink({ label, className, href, children, ...props }: IconLinkProps) {
  return (
    <a {...props} href={href} aria-label={label} className={iconButtonStyle(className)}>
      {children}
    </a>
  );
}
