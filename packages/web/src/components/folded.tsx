import type { ReactNode } from "react";

type FoldedProps = {
  title: string;
  /** Whether the user must see the content, for example because a field in it has a problem. */
  isOpen: boolean;
  children: ReactNode;
};

/** Content behind one line. */
export function Folded({ title, isOpen, children }: FoldedProps) {
  return (
    <details {...(isOpen && { open: true })}>
      <summary className="min-h-11 cursor-pointer content-center font-medium text-small md:min-h-6">{title}</summary>
      <div className="mt-3 flex flex-col gap-4">{children}</div>
    </details>
  );
}
