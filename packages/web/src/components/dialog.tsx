import { Dialog as BaseDialog } from "@base-ui/react/dialog";
import { clsx } from "clsx";
import { X } from "lucide-react";
import type { ReactNode, RefObject } from "react";
import { texts } from "../texts/index.ts";
import { IconButton } from "./button.tsx";

type DialogProps = {
  onClose: () => void;
  title: ReactNode;
  description?: ReactNode;
  children: ReactNode;
  /** The element that is focused when the dialog opens. Default: the first focusable element. */
  initialFocus?: RefObject<HTMLElement | null>;
  className?: string;
};

/** A dialog: centered on desktops, a sheet at the bottom on phones. */
export function Dialog({ onClose, title, description, children, ...popup }: DialogProps) {
  return (
    <BaseDialog.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <BaseDialog.Portal>
        {/* A dialog over another dialog also has a scrim (the dark layer behind a dialog). */}
        <BaseDialog.Backdrop
          forceRender
          className="fixed inset-0 z-40 bg-scrim transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0"
        />
        <BaseDialog.Popup
          {...(popup.initialFocus !== undefined && { initialFocus: popup.initialFocus })}
          className={clsx(
            "fixed z-40 flex flex-col bg-surface shadow-float outline-none transition-[opacity,transform]",
            "inset-x-0 bottom-0 max-h-[92dvh] rounded-t-card pb-[env(safe-area-inset-bottom)] data-ending-style:translate-y-8 data-starting-style:translate-y-8",
            "md:inset-x-auto md:top-[12vh] md:bottom-auto md:left-1/2 md:max-h-[76vh] md:w-[480px] md:-translate-x-1/2 md:rounded-card md:border md:pb-0 md:data-ending-style:translate-y-2 md:data-starting-style:translate-y-2",
            "data-ending-style:opacity-0 data-starting-style:opacity-0",
            popup.className,
          )}
        >
          <header className="flex items-start gap-4 px-4 pt-4 md:px-6 md:pt-6">
            <div className="min-w-0 grow">
              <BaseDialog.Title className="break-words text-title">{title}</BaseDialog.Title>
              {description !== undefined && (
                <BaseDialog.Description className="text-pretty text-muted text-small">
                  {description}
                </BaseDialog.Description>
              )}
            </div>
            <BaseDialog.Close
              render={
                <IconButton label={texts.common.close} className="tooltip-below tooltip-left -mt-2 -mr-2 md:-mt-0.5" />
              }
            >
              <X size={18} />
            </BaseDialog.Close>
          </header>
          <div className="min-h-0 overflow-y-auto px-4 pt-4 pb-4 md:px-6 md:pb-6">{children}</div>
        </BaseDialog.Popup>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  );
}
