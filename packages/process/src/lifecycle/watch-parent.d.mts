export declare function watchParent(onGone: () => void): void;
