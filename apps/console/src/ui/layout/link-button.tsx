import type { ReactNode } from 'react';

interface Props {
  readonly children: ReactNode;
  readonly isOpen: boolean;
  readonly onClick: () => void;
}

/** Text that opens something on the same screen; it wraps, as text does. */
export function LinkButton({ children, isOpen, onClick }: Props) {
  return (
    <button type="button" className="link-button" aria-expanded={isOpen} onClick={onClick}>
      {children}
    </button>
  );
}
