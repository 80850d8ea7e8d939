import { clsx } from "clsx";
import { type ReactNode, useRef, useState } from "react";
import { texts } from "../texts/index.ts";
import { Button } from "./button.tsx";
import { useFocusBack } from "./hooks.ts";

type AskInPlaceProps = {
  /** The text of the button, and of the button that confirms the action. */
  label: string;
  /** The label for screen readers, which names the affected item. Default: `label`. */
  spokenLabel?: string;
  /** The consequence of the action, in one line. */
  question: ReactNode;
  action: { isPending: boolean; mutate: (nothing: undefined) => void };
  className?: string;
};

/** A button for an action that nobody can undo. A click replaces the button with a request for confirmation. */
export function AskInPlace({ label, spokenLabel, question, action, className }: AskInPlaceProps) {
  const [isAsking, setAsking] = useState(false);
  const asked = useRef<HTMLButtonElement>(null);
  useFocusBack(asked, isAsking);
  if (!isAsking) {
    return (
      <Button ref={asked} className={className} aria-label={spokenLabel} onClick={() => setAsking(true)}>
        {label}
      </Button>
    );
  }
  return (
    <Confirmation
      action={label}
      question={question}
      isPending={action.isPending}
      onConfirm={() => action.mutate(undefined)}
      onCancel={() => setAsking(false)}
      className="order-last mt-2 w-full"
    />
  );
}

type ConfirmationProps = {
  /** The text of the button that confirms the action. */
  action: string;
  question: ReactNode;
  isPending: boolean;
  onConfirm: () => void;
  onCancel: () => void;
  className?: string;
};

/** Asks the user, in the place of the button, to confirm an action that nobody can undo. */
export function Confirmation({ action, question, isPending, onConfirm, onCancel, className }: ConfirmationProps) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape does the same as the Cancel button
    <div
      // While this question is open, the style of a row can hide its other actions.
      data-asks
      className={clsx("flex flex-wrap items-center justify-end gap-2", className)}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        // Otherwise Escape would also close the dialog around the button.
        event.stopPropagation();
        onCancel();
      }}
    >
      <p role="status" className="grow basis-full text-small md:basis-40">
        {question}
      </p>
      <Button autoFocus onClick={onCancel}>
        {texts.common.cancel}
      </Button>
      <Button kind="danger" disabled={isPending} onClick={onConfirm}>
        {action}
      </Button>
    </div>
  );
}
