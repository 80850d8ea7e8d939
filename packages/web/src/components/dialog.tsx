import { Dialog as BaseDialog } from "@base-ui/react/dialog";
import { clsx } from "clsx";
import { ArrowLeft, X } from "lucide-react";
import {
  type ComponentProps,
  createContext,
  type ReactNode,
  type RefObject,
  useContext,
  useEffect,
  useEffectEvent,
  useId,
  useMemo,
  useRef,
  useState,
} from "react";
import { createPortal } from "react-dom";
import { texts } from "../texts/index.ts";
import { Button, IconButton } from "./button.tsx";
import { addHistoryEntry } from "./history-entries.ts";

/** While the component is mounted, the back button of the browser calls `close` and does not leave the page. */
export function useCloseOnBack(close: () => void): void {
  const latest = useEffectEvent(close);
  useEffect(() => addHistoryEntry(() => latest()), []);
}

type Inside = {
  /** The element where a form replaces the content of the dialog. Null until the dialog is mounted. */
  view: HTMLElement | null;
  /** Closes the form that replaces the content of the dialog. */
  back: RefObject<(() => void) | undefined>;
};

const InsideDialog = createContext<Inside | undefined>(undefined);

type DialogProps = {
  onClose: () => void;
  title: ReactNode;
  description?: ReactNode;
  /** The bar below the title, which stays visible while the content scrolls. */
  bar?: ReactNode;
  children: ReactNode;
  className?: string;
};

/**
 * A dialog, centered on desktops, and a sheet at the bottom of the screen on phones. When the dialog opens, the element with
 * `data-autofocus` or the first focusable element gets the focus.
 */
export function Dialog({ onClose, title, description, bar, children, className }: DialogProps) {
  const popup = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<HTMLElement | null>(null);
  const back = useRef<() => void>(undefined);
  const inside = useMemo(() => ({ view, back }), [view]);
  useCloseOnBack(onClose);
  return (
    <BaseDialog.Root
      open
      onOpenChange={(isOpen, { reason }) => {
        if (isOpen) return;
        if (reason === "escape-key" && back.current !== undefined) back.current();
        else onClose();
      }}
    >
      <BaseDialog.Portal>
        {/* A dialog above another dialog also has a scrim, which is the dark layer behind a dialog. */}
        <BaseDialog.Backdrop
          forceRender
          className="fixed inset-0 z-40 bg-scrim transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0"
        />
        <BaseDialog.Popup
          ref={popup}
          initialFocus={() => popup.current?.querySelector<HTMLElement>("[data-autofocus]:not([hidden] *)") ?? true}
          className={clsx(
            "fixed z-40 flex max-h-[min(90dvh,860px)] flex-col bg-surface shadow-float outline-none transition-[opacity,transform]",
            "inset-x-0 bottom-0 rounded-t-card pb-[env(safe-area-inset-bottom)] data-ending-style:translate-y-8 data-starting-style:translate-y-8",
            "md:inset-x-auto md:top-[min(12dvh,max(5dvh,50dvh-430px))] md:bottom-auto md:left-1/2 md:w-[480px] md:-translate-x-1/2 md:rounded-card md:border md:pb-0 md:data-ending-style:translate-y-2 md:data-starting-style:translate-y-2",
            "data-ending-style:opacity-0 data-starting-style:opacity-0",
            className,
          )}
        >
          <InsideDialog value={inside}>
            <div ref={setView} className="peer contents" />
            <div className="contents peer-not-empty:hidden">
              <Header
                title={
                  <BaseDialog.Title dir="auto" className="text-pretty break-words text-left text-title">
                    {title}
                  </BaseDialog.Title>
                }
                description={
                  description !== undefined && (
                    <BaseDialog.Description className="text-pretty text-muted text-small">
                      {description}
                    </BaseDialog.Description>
                  )
                }
              />
              {bar}
              <Scroller hasBar={bar !== undefined && bar !== false}>{children}</Scroller>
            </div>
          </InsideDialog>
        </BaseDialog.Popup>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  );
}

type DialogFormProps = { title: string; description?: string | undefined; onClose: () => void; children: ReactNode };

/**
 * Shows a form in place of the content of the surrounding dialog, with a button that returns to the content. Outside of a dialog, the form
 * opens its own dialog.
 */
export function DialogForm(props: DialogFormProps) {
  const inside = useContext(InsideDialog);
  if (inside !== undefined) return inside.view && createPortal(<View {...props} back={inside.back} />, inside.view);
  return (
    <Dialog onClose={props.onClose} title={props.title} description={props.description} className="md:w-[520px]">
      {props.children}
    </Dialog>
  );
}

function View({ title, description, onClose, children, back }: DialogFormProps & Pick<Inside, "back">) {
  const id = useId();
  const close = useEffectEvent(onClose);
  useCloseOnBack(onClose);
  useEffect(() => {
    back.current = () => close();
    return () => {
      back.current = undefined;
    };
  }, [back]);
  return (
    <section aria-labelledby={id} className="contents">
      <Header
        before={
          <IconButton
            label={texts.common.back}
            className="tooltip-below tooltip-right -mt-2 -ml-2 md:-mt-0.5"
            onClick={onClose}
          >
            <ArrowLeft size={18} />
          </IconButton>
        }
        title={
          <h2 id={id} className="break-words text-title">
            {title}
          </h2>
        }
        description={description !== undefined && <p className="text-pretty text-muted text-small">{description}</p>}
      />
      <Scroller>{children}</Scroller>
    </section>
  );
}

type HeaderProps = { before?: ReactNode; title: ReactNode; description: ReactNode };

function Header({ before, title, description }: HeaderProps) {
  return (
    <header className="flex items-start gap-2 px-4 pt-4 md:px-6 md:pt-6">
      {before}
      <div className="min-w-0 grow">
        {title}
        {description}
      </div>
      <BaseDialog.Close
        render={<IconButton label={texts.common.close} className="tooltip-below tooltip-left -mt-2 -mr-2 md:-mt-0.5" />}
      >
        <X size={18} />
      </BaseDialog.Close>
    </header>
  );
}

/**
 * The scroll padding keeps a focused element above the footer, which has its own padding at the bottom. A line separates the title from the
 * scrolled content. If the dialog has a bar, the bar draws this line.
 */
function Scroller({ hasBar = false, children }: { hasBar?: boolean; children: ReactNode }) {
  const [isScrolled, setScrolled] = useState(false);
  return (
    <div
      onScroll={({ currentTarget }) => setScrolled(currentTarget.scrollTop > 0)}
      className={clsx(
        "min-h-0 scroll-pb-24 overflow-y-auto px-4 pb-4 has-data-footer:pb-0 md:px-6 md:pb-6 md:has-data-footer:pb-0",
        hasBar ? "pt-4" : "mt-3 border-t pt-1",
        !hasBar && !isScrolled && "border-transparent",
      )}
    >
      {children}
    </div>
  );
}

/** Closes the dialog after the user has finished. */
export function DoneButton({ kind = "primary" }: Pick<ComponentProps<typeof Button>, "kind">) {
  return (
    <BaseDialog.Close render={<Button kind={kind} className="max-md:grow" />}>{texts.common.done}</BaseDialog.Close>
  );
}

/** The footer of a dialog has the main action, and stays visible while the content scrolls. */
export function DialogFooter({ children }: { children: ReactNode }) {
  return (
    <div
      data-footer
      className="sticky bottom-0 z-10 order-last -mx-4 flex flex-wrap items-center justify-end gap-x-4 gap-y-2 rounded-b-card border-t bg-surface px-4 py-3 md:-mx-6 md:px-6 md:py-4"
    >
      {children}
    </div>
  );
}
