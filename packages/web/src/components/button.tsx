import { clsx } from "clsx";
import type { ComponentProps } from "react";
import { texts } from "../texts/index.ts";

type Kind = "primary" | "outline" | "quiet" | "danger";

const kinds: Record<Kind, string> = {
  // A disabled button has the colours of disabled buttons on the landing page (landing.css), which are readable in both themes.
  primary:
    "border border-transparent bg-accent text-on-accent hover:bg-accent-hover disabled:border-line-strong disabled:bg-hover disabled:text-muted disabled:opacity-100 aria-disabled:border-line-strong aria-disabled:bg-hover aria-disabled:text-muted",
  outline: "border border-line bg-surface hover:bg-hover",
  quiet: "hover:bg-hover",
  danger: "bg-danger text-canvas hover:opacity-90",
};

type ButtonStyle = { kind?: Kind | undefined; className?: string | undefined };

/** Returns the classes of a button. Links that look like buttons use the same classes. */
export function buttonStyle({ kind = "outline", className }: ButtonStyle = {}): string {
  return clsx(
    "inline-flex h-11 shrink-0 select-none items-center justify-center gap-2 whitespace-nowrap rounded-card px-4 text-base font-medium transition-colors md:h-9 md:px-3",
    "disabled:cursor-not-allowed disabled:opacity-50",
    kinds[kind],
    className,
  );
}

/** The classes of a Dropzone that looks like a button. The file input inside the Dropzone gets the focus. */
export const dropzoneStyle = buttonStyle({
  className:
    "relative cursor-pointer has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2",
});

/** A button, 44 px high on phones and 36 px on desktops. A view has one button of the kind `primary`, for its main action. */
export function Button({ kind, className, type = "button", ...props }: ComponentProps<"button"> & ButtonStyle) {
  return <button {...props} type={type} className={buttonStyle({ kind, className })} />;
}

type FormButtonsProps = { action: string; kind?: Kind | undefined; isPending: boolean; onCancel: () => void };

/** The two buttons at the end of a form: one cancels, and one submits the form. */
export function FormButtons({ action, kind = "primary", isPending, onCancel }: FormButtonsProps) {
  return (
    <div className="flex justify-end gap-2">
      <Button kind="quiet" onClick={onCancel}>
        {texts.common.cancel}
      </Button>
      <Button type="submit" kind={kind} disabled={isPending}>
        {action}
      </Button>
    </div>
  );
}

/**
 * Returns the classes of an icon button. Its `aria-label` is also its tooltip on hover and focus (app.css), unless the menu of the button
 * is open.
 */
export function iconButtonStyle(className: string | undefined): string {
  return clsx(
    "tooltip inline-flex size-11 shrink-0 items-center justify-center rounded-card text-muted transition-colors hover:bg-hover hover:text-ink disabled:cursor-not-allowed disabled:opacity-50 md:size-8",
    className,
  );
}

type IconButtonProps = Omit<ComponentProps<"button">, "aria-label"> & {
  label: string;
  /** Whether other buttons are close to this button. The tooltip then appears at the pointer, where it covers no button. */
  isDense?: boolean;
};

export function IconButton({ label, isDense = false, className, type = "button", ...props }: IconButtonProps) {
  return (
    <button
      {...props}
      type={type}
      aria-label={label}
      title={isDense ? label : undefined}
      className={iconButtonStyle(clsx(className, isDense && "after:hidden"))}
    />
  );
}

type IconLinkProps = Omit<ComponentProps<"a">, "aria-label"> & { label: string; href: string };

export function IconLink({ label, className, href, children, ...props }: IconLinkProps) {
  return (
    <a {...props} href={href} aria-label={label} className={iconButtonStyle(className)}>
      {children}
    </a>
  );
}
