import { type ReactNode, useRef, useState } from "react";
import { texts } from "../texts/index.ts";
import { Button } from "./button.tsx";

type AskInPlaceProps = {
  /** The text of the button that asks, and of the one that confirms. */
  label: string;
  /** The label for screen readers, which names the affected item. Default: label. */
  spokenLabel?: string;
  /** The consequence, in one line. */
  question: ReactNode;
  isPending: boolean;
  onConfirm: () => void;
};

/** A button for an action that cannot be undone. It asks for confirmation in its own place. */
export function AskInPlace({ label, spokenLabel, question, isPending, onConfirm }: AskInPlaceProps) {
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
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape does the same as the Cancel button
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
        {label}
      </Button>
    </div>
  );
}
