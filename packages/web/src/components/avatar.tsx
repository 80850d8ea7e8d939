import { clsx } from "clsx";

type Person = { name: string | null; email: string | null };

/** Returns the name of a person, or the email address of a person without a name. */
export function nameOf(person: Person, { otherwise }: { otherwise: string }): string {
  return person.name ?? person.email ?? otherwise;
}

function initialsOf(name: string): string {
  const [first = "?", second = ""] = name.match(/[\p{L}\p{N}][^\s@._-]*/gu) ?? [];
  return [first, second]
    .map(([letter]) => letter)
    .join("")
    .toLocaleUpperCase();
}

/** Shows the initials of a person in a circle. Screen readers skip the initials, because the full name is beside the circle. */
export function Avatar({ name, className }: { name: string; className?: string }) {
  return (
    <span
      aria-hidden="true"
      title={name}
      className={clsx(
        "inline-flex size-7 shrink-0 select-none items-center justify-center rounded-full bg-accent-soft font-medium text-[11px] text-accent",
        className,
      )}
    >
      {initialsOf(name)}
    </span>
  );
}
