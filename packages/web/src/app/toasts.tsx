import { Toast } from "@base-ui/react/toast";
import { X } from "lucide-react";
import { IconButton } from "../components/icon-button.tsx";
import { toasts } from "../service/toasts.ts";
import { texts } from "../texts/index.ts";

/** Shows short messages at the bottom of the page. Screen readers announce them. */
export function Toasts() {
  return (
    <Toast.Provider toastManager={toasts} timeout={5_000} limit={3}>
      <Toast.Portal>
        <Toast.Viewport
          aria-label={texts.common.notifications}
          className="fixed inset-x-4 bottom-20 z-50 mx-auto flex flex-col items-center gap-2 md:bottom-6 md:max-w-md"
        >
          <List />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function List() {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
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
