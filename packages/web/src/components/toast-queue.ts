import type { ReactNode } from "react";

export type Toast = {
  id: string;
  title: string;
  description?: string;
  /** Milliseconds; default 5,000. 0: until it is dismissed. */
  timeout?: number;
  /** high: screen readers say it at once. Default: low. */
  priority?: "low" | "high";
  onClose?: () => void;
  actionProps?: { children: ReactNode; onClick: () => void };
};

/** What shows the messages, once its code is there. */
export type ToastDisplay = { add(toast: Toast): unknown; close(id: string): void };

let display: ToastDisplay | undefined;
let waiting: Toast[] = [];
let count = 0;
const listeners = new Set<() => void>();

/** Short messages, from anywhere: `toasts.add({ title })`. */
export const toasts = {
  add(toast: Omit<Toast, "id">): string {
    count += 1;
    const whole = { ...toast, id: `toast-${count}` };
    if (display === undefined) waiting.push(whole);
    else display.add(whole);
    for (const listener of listeners) listener();
    return whole.id;
  },
  close(id: string): void {
    waiting = waiting.filter((toast) => toast.id !== id);
    display?.close(id);
  },
};

/** Takes over what was said so far, and what follows. */
export function connectDisplay(connected: ToastDisplay): void {
  display = connected;
  for (const toast of waiting.splice(0)) connected.add(toast);
}

export function subscribeToToasts(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Whether anything was ever said. */
export function hasToasts(): boolean {
  return count > 0;
}
