import { Link } from "@tanstack/react-router";
import { clsx } from "clsx";
import { ArrowLeft } from "lucide-react";
import type { ReactNode } from "react";

type BackLinkProps = {
  to: "/" | "/shared" | "/settings";
  search?: { q?: string };
  className?: string;
  children: ReactNode;
};

/** The link at the top of a page that goes back to a list or an index. */
export function BackLink({ className, children, ...target }: BackLinkProps) {
  return (
    <Link
      {...target}
      className={clsx(
        "-ml-2 inline-flex h-11 shrink-0 items-center gap-1 self-start rounded-card px-2 text-muted hover:bg-hover",
        className,
      )}
    >
      <ArrowLeft size={18} aria-hidden="true" />
      {children}
    </Link>
  );
}
