import type { ReactNode } from 'react';

interface Props {
  readonly children: ReactNode;
  readonly isOpen: boolean;
  /** For screen readers, where the text alone says too little: it holds the text. */
  readonly label?: string;
  readonly onClick: () => void;
}

/** Text that opens something on the same screen; it wraps, as text does. */
export function LinkButton({ children, isOpen, label, onClick }: Props) {
  return (
    <button type="button" className="link-button" aria-expanded={isOpen} aria-label={label} onClick={onClick}>
      {children}
    </button>
  );
}
