import { clsx } from "clsx";
import { CloudOff } from "lucide-react";
import { createContext, type ReactNode, useContext } from "react";
import { describeProblem, texts } from "../texts/index.ts";
import { Button } from "./button.tsx";

type EmptyProps = { icon?: ReactNode; title: string; hint?: ReactNode; action?: ReactNode; className?: string };

export function Empty({ icon, title, hint, action, className }: EmptyProps) {
  return (
    <div className={clsx("mx-auto flex max-w-sm flex-col items-center gap-2 px-6 py-12 text-center", className)}>
      {icon !== undefined && <div className="mb-2 text-muted">{icon}</div>}
      <h2 className="text-balance font-semibold">{title}</h2>
      {hint !== undefined && <p className="text-balance text-muted text-small">{hint}</p>}
      {action !== undefined && <div className="mt-4">{action}</div>}
    </div>
  );
}

type FailureProps = { title: string; query: { error: unknown; refetch: () => unknown } };

/** Returns whether the page already says in another place why this error happened. */
export const ExplainedContext = createContext<(error: unknown) => boolean>(() => false);

/** Replaces content that could not be loaded. Shows a retry button, and the reason if no other place of the page shows it. */
export function Failure({ title, query: { error, refetch } }: FailureProps) {
  const isExplained = useContext(ExplainedContext);
  return (
    <div role="alert">
      <Empty
        icon={<CloudOff size={28} strokeWidth={1.5} />}
        title={title}
        hint={isExplained(error) ? undefined : describeProblem(error)}
        action={<Button onClick={() => void refetch()}>{texts.common.tryAgain}</Button>}
      />
    </div>
  );
}

/** A grey bar that replaces loading content after 150 ms. `className` sets the size of the bar. */
export function Skeleton({ className }: { className: string }) {
  return <div aria-hidden="true" className={clsx("skeleton", className)} />;
}

/** An error in one line, at the position of the failed action. */
export function Problem({ error, children }: { error?: unknown; children?: ReactNode }) {
  return (
    <p role="alert" className="rounded-card bg-danger-soft px-3 py-2 text-danger text-small">
      {children ?? describeProblem(error)}
    </p>
  );
}

type ProgressBarProps = {
  /** Screen readers announce `label` as the name of the bar, and `text` as its progress. */
  label: string;
  text: string;
  /** The sent part of the transfer, from 0 to 1. */
  share: number;
};

export function ProgressBar({ label, text, share }: ProgressBarProps) {
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.floor(share * 100)}
      aria-valuetext={text}
      className="h-1.5 grow overflow-hidden rounded-full bg-line"
    >
      <div className="size-full origin-left bg-accent" style={{ transform: `scaleX(${share})` }} />
    </div>
  );
}
