import { Eye, EyeOff } from "lucide-react";
import { type ComponentProps, useState } from "react";
import { texts } from "../texts/index.ts";
import { IconButton } from "./button.tsx";
import { TextField } from "./text-field.tsx";

export function PasswordField(props: Omit<ComponentProps<typeof TextField>, "type" | "end">) {
  const [isShown, setShown] = useState(false);
  return (
    <TextField
      {...props}
      type={isShown ? "text" : "password"}
      // The browser must not correct a visible password.
      spellCheck={false}
      autoCapitalize="none"
      end={
        <IconButton
          label={isShown ? texts.common.hidePassword : texts.common.showPassword}
          className="tooltip-left"
          onClick={() => setShown(!isShown)}
        >
          {isShown ? <EyeOff size={16} /> : <Eye size={16} />}
        </IconButton>
      }
    />
  );
}
