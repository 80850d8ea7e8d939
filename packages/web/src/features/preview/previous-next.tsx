import { clsx } from "clsx";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { IconButton } from "../../components/icon-button.tsx";
import { texts } from "../../texts/index.ts";

const words = texts.preview;

type PreviousNextProps = { index: number; count: number; onStep: (by: -1 | 1) => void };

// With a background, so that they are visible over any file.
const atTheSide = "md:absolute md:top-1/2 md:size-10 md:rounded-full md:border md:bg-surface md:text-ink";

/** The buttons to the previous and the next file. On a phone, they are in a bar below the file. */
export function PreviousNext({ index, count, onStep }: PreviousNextProps) {
  return (
    <nav
      aria-label={words.files}
      className="flex items-center justify-between border-t px-2 pb-[env(safe-area-inset-bottom)] md:contents"
    >
      <Step label={words.previous} isOff={index === 0} onClick={() => onStep(-1)} className="md:left-3">
        <ChevronLeft size={20} />
      </Step>
      <span aria-hidden="true" className="text-muted text-small tabular-nums md:hidden">
        {words.position(index + 1, count)}
      </span>
      <Step
        label={words.next}
        isOff={index === count - 1}
        onClick={() => onStep(1)}
        className="tooltip-left md:right-3"
      >
        <ChevronRight size={20} />
      </Step>
    </nav>
  );
}

type StepProps = { label: string; isOff: boolean; onClick: () => void; className: string; children: React.ReactNode };

/** At the last file, the button is off but not disabled, so that it keeps the focus. */
function Step({ isOff, className, ...props }: StepProps) {
  return (
    <IconButton
      {...props}
      aria-disabled={isOff}
      className={clsx(atTheSide, "aria-disabled:cursor-default aria-disabled:opacity-50", className)}
    />
  );
}
