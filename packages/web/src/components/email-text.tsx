import { clsx } from "clsx";

/** Shows an email address on one line. A long one loses letters of its first part, because its domain says to whom a mail goes. */
export function EmailText({ email, className }: { email: string; className?: string }) {
  const at = email.lastIndexOf("@");
  return (
    <span title={email} className={clsx("flex min-w-0", className)}>
      <span className="truncate">{email.slice(0, Math.max(at, 0))}</span>
      <span className="max-w-4/5 shrink-0 truncate">{email.slice(Math.max(at, 0))}</span>
    </span>
  );
}
