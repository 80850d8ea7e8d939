import { Toast } from "@base-ui/react/toast";
import { X } from "lucide-react";
import { useEffect, useLayoutEffect, useState } from "react";
import { createPortal } from "react-dom";
import { IconButton } from "../components/button.tsx";
import { showWaitingToasts, toastManager } from "../service/toasts.ts";
import { texts } from "../texts/index.ts";

/** Shows short messages at the bottom of the page. Screen readers announce these messages. */
export function Toasts() {
  // The effects of `Toast.Provider` run first, so it already receives messages.
  useEffect(showWaitingToasts, []);
  return (
    <Toast.Provider toastManager={toastManager} timeout={5_000} limit={3}>
      {/* Toast.Portal would also load code that manages the focus in portals. The messages do not need this code. */}
      {createPortal(
        <Toast.Viewport
          aria-label={texts.common.notifications}
          className="fixed inset-x-4 not-has-data-[place=top]:bottom-20 has-data-[place=top]:top-4 z-50 mx-auto flex flex-col items-center gap-2 md:not-has-data-[place=top]:bottom-6 md:max-w-md"
        >
          <List />
        </Toast.Viewport>,
        document.body,
      )}
    </Toast.Provider>
  );
}

/** Keeps the messages away from a secret that the page shows only once. */
function usePlace({ isShown }: { isShown: boolean }): ToastPlace {
  const [place, setPlace] = useState<ToastPlace>("bottom");
  useLayoutEffect(() => {
    if (!isShown) return;
    const update = () => {
      const secret = document.querySelector("[data-shown-once]")?.getBoundingClientRect();
      setPlace(placeOfToasts(secret, innerHeight));
    };
    update();
    const observer = new MutationObserver(update);
    observer.observe(document.body, { childList: true, subtree: true });
    addEventListener("scroll", update, true);
    return () => {
      observer.disconnect();
      removeEventListener("scroll", update, true);
    };
  }, [isShown]);
  return place;
}

function List() {
  const { toasts } = Toast.useToastManager();
  const place = usePlace({ isShown: toasts.length > 0 });
  return toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      data-place={place}
      toast={toast}
      swipeDirection={["down", "right"]}
      className="w-full rounded-card border bg-surface shadow-float transition-[opacity,transform] data-limited:hidden data-ending-style:translate-y-2 data-starting-style:translate-y-2 data-ending-style:opacity-0 data-starting-style:opacity-0"
    >
      <Toast.Content className="flex min-h-12 items-center gap-2 py-1 pr-1 pl-4">
        <div className="min-w-0 grow py-1">
          <Toast.Title className="text-pretty break-words" />
          <Toast.Description className="text-muted text-small" />
        </div>
        <Toast.Action className="h-11 shrink-0 rounded-card px-3 font-medium text-accent hover:bg-hover md:h-9" />
        <Toast.Close render={<IconButton label={texts.common.dismiss} className="tooltip-left" />}>
          <X size={16} />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ));
}

type ToastPlace = "top" | "bottom";

/**
 * Returns the end of the page, top or bottom, where a message does not cover a secret that the page shows only once. All numbers are
 * pixels.
 */
export function placeOfToasts(secret: { top: number; bottom: number } | undefined, pageHeight: number): ToastPlace {
  return secret !== undefined && secret.top > pageHeight - secret.bottom ? "top" : "bottom";
}
