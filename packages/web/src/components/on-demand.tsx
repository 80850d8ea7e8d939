import { type ComponentType, type ReactNode, useEffect, useEffectEvent, useState } from "react";
import { texts } from "../texts/index.ts";
import { toasts } from "./toast-queue.ts";

type OnDemandProps = {
  /** What stands there until the code has come. Default: nothing. */
  fallback?: ReactNode;
  /** The code did not come: what was asked for is given up. */
  onClose?: (() => void) | undefined;
};

/**
 * A part of a page whose code is fetched when it is first shown. When it does not come, a message says so and the page stays as it is; the
 * next time it is asked for again. `lazy` of React would put an error in the page's place, for good.
 */
export function onDemand<Props extends object>(load: () => Promise<ComponentType<Props>>) {
  let loaded: ComponentType<Props> | undefined;
  // biome-ignore lint/correctness/noComponentHookFactories: called at the top of a module, once a part, as `lazy` is
  return function OnDemand(props: Props & OnDemandProps): ReactNode {
    const [Part, setPart] = useState(() => loaded);
    const giveUp = useEffectEvent(() => {
      toasts.add({ title: texts.problems.network, priority: "high" });
      props.onClose?.();
    });
    useEffect(() => {
      if (Part !== undefined) return;
      let isShown = true;
      load().then(
        (part) => {
          loaded = part;
          if (isShown) setPart(() => part);
        },
        () => isShown && giveUp(),
      );
      return () => {
        isShown = false;
      };
    }, [Part]);
    return Part === undefined ? props.fallback : <Part {...props} />;
  };
}
