import { clsx } from "clsx";
import { type ComponentProps, useLayoutEffect, useRef } from "react";

const canGrow = CSS.supports("field-sizing", "content");

type GrowingTextareaProps = ComponentProps<"textarea"> & { ref: React.RefObject<HTMLTextAreaElement | null> };

/** A textarea that grows with its text. `className` sets its width. */
export function GrowingTextarea({ ref, className, value, ...props }: GrowingTextareaProps) {
  const shown = useRef<unknown>(undefined);
  useLayoutEffect(() => {
    const field = ref.current;
    if (canGrow || field === null || shown.current === value) return;
    shown.current = value;
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight}px`;
  });
  return (
    <textarea
      {...props}
      ref={ref}
      value={value}
      className={clsx("field-sizing-content block resize-none bg-transparent outline-none", className)}
    />
  );
}
