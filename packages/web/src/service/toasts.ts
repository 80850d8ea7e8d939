import { Toast } from "@base-ui/react/toast";

/** Shows short messages from anywhere: `toasts.add({ title })`. The component `Toasts` displays them. */
export const toasts = Toast.createToastManager();
