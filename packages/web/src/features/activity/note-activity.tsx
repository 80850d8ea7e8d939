import { ChevronRight } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { texts } from "../../texts/index.ts";

/** The activity of one note. The page loads it when the user unfolds it. */
export function NoteActivity({ children }: { children: (fold: () => void) => ReactNode }) {
  const id = useId();
  const [isUnfolded, setUnfolded] = useState(false);
  return (
    <section aria-label={texts.app.activity} className="border-t pt-4">
      <h2>
        <button
          type="button"
          aria-expanded={isUnfolded}
          aria-controls={id}
          onClick={() => setUnfolded(!isUnfolded)}
          className="-ml-2 flex h-11 items-center gap-2 rounded-card px-2 font-semibold hover:bg-hover md:h-9"
        >
          <ChevronRight
            size={16}
            aria-hidden="true"
            className={isUnfolded ? "rotate-90 transition-transform" : "transition-transform"}
          />
          {texts.app.activity}
        </button>
      </h2>
      <div id={id} className={isUnfolded ? "mt-4" : undefined}>
        {isUnfolded && children(() => setUnfolded(false))}
      </div>
    </section>
  );
}
