import { clsx } from "clsx";

/** Shows an email address on one line. A long one loses letters of its first part, because its domain says to whom a mail goes. */
export function EmailText({ email, className }: { email: string; className?: string }) {
  const at = email.includes("@") ? email.lastIndexOf("@") : email.length;
  return (
    <span title={email} className={clsx("flex min-w-0", className)}>
      <span className="shrink-[999] truncate">{email.slice(0, at)}</span>
      <span className="truncate">{email.slice(at)}</span>
    </span>
  );
}
