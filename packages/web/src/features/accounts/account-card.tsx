import type { ReactNode } from "react";
import { texts } from "../../texts/index.ts";

/** The calm card that signing in and up happen on. */
export function AccountCard({
  title,
  hint,
  children,
}: {
  title: string;
  hint?: string | undefined;
  children: ReactNode;
}) {
  return (
    <main className="grid min-h-full place-items-center px-4 py-12">
      <div className="w-full max-w-90">
        <header className="mb-6 flex flex-col items-center gap-3 text-center">
          <img src="/icon.svg" alt={texts.app.name} width={40} height={40} />
          <h1 className="text-title">{title}</h1>
          {hint !== undefined && <p className="text-muted text-small">{hint}</p>}
        </header>
        {children}
      </div>
    </main>
  );
}
