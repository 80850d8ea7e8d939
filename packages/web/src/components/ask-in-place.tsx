import { type ReactNode, useRef, useState } from "react";
import { texts } from "../texts/index.ts";
import { Button } from "./button.tsx";

type AskInPlaceProps = {
  /** The button that asks. */
  label: string;
  /** The same, said to screen readers with what it is about. Default: label. */
  spokenLabel?: string;
  /** What it would mean, in a line. */
  question: ReactNode;
  /** The button that does it. Default: label. */
  action?: string;
  isPending?: boolean;
  onConfirm: () => void;
};

/** A button that asks, in its own place, before it does what can't be undone. */
export function AskInPlace({
  label,
  spokenLabel,
  question,
  action = label,
  isPending = false,
  onConfirm,
}: AskInPlaceProps) {
  const [isAsking, setAsking] = useState(false);
  const asked = useRef<HTMLButtonElement>(null);
  const cancel = () => {
    setAsking(false);
    requestAnimationFrame(() => asked.current?.focus());
  };
  if (!isAsking) {
    return (
      <Button ref={asked} kind="quiet" aria-label={spokenLabel} onClick={() => setAsking(true)}>
        {label}
      </Button>
    );
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape anywhere in it means what its Cancel does
    <div
      className="flex w-full flex-wrap items-center justify-end gap-2"
      onKeyDown={(event) => event.key === "Escape" && cancel()}
    >
      <p role="status" className="min-w-40 grow text-small">
        {question}
      </p>
      <Button autoFocus onClick={cancel}>
        {texts.common.cancel}
      </Button>
      <Button kind="danger" disabled={isPending} onClick={onConfirm}>
        {action}
      </Button>
    </div>
  );
}
