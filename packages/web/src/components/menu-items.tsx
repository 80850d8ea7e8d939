import { Menu } from "@base-ui/react/menu";
import { clsx } from "clsx";
import type { ComponentProps, ReactNode } from "react";

const itemStyle =
  "flex h-11 cursor-default select-none items-center gap-2 rounded-small px-2 pr-3 outline-none data-highlighted:bg-hover data-disabled:opacity-50 md:h-8";

export type MenuItemProps = Omit<ComponentProps<typeof Menu.Item>, "className"> & {
  icon?: ReactNode;
  isDanger?: boolean;
};

export function MenuItem({ icon, isDanger = false, children, ...props }: MenuItemProps) {
  return (
    <Menu.Item {...props} className={clsx(itemStyle, isDanger && "text-danger")}>
      {icon !== undefined && <span className={clsx("shrink-0", !isDanger && "text-muted")}>{icon}</span>}
      {children}
    </Menu.Item>
  );
}
