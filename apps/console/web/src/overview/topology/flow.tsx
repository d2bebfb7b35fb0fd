import { useEffect, useMemo, useRef } from 'react';
import type { Line } from './picture.js';

interface FlowProps {
  path: string;
  /** From 1 to 4; see `flowSpeed`. */
  speed: number;
  health: Line['edge']['health'];
  /** The size of a dot, in pixels. */
  size: number;
}

const PIXELS_A_SECOND = [0, 12, 24, 40, 80];
const DOTS = [0, 1, 2];
/** The number of keyframes of a dot; between them it moves straight. */
const PLACES = 32;

/**
 * Dots that move along a line. Only their `transform` is animated, which does not use the page's main thread; animated dashes would be
 * painted in each frame.
 */
export function Flow({ path, speed, health, size }: FlowProps) {
  const dots = useRef<HTMLDivElement>(null);
  const way = useMemo(() => wayOf(path), [path]);
  useEffect(() => {
    if (way === null || window.matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    const duration = (way.length / (PIXELS_A_SECOND[speed] ?? 1)) * 1000;
    const animations = [...(dots.current?.children ?? [])].map((dot, index) =>
      dot.animate(way.frames, { duration, iterations: Infinity, delay: (-duration * index) / DOTS.length }),
    );
    return () => {
      for (const animation of animations) animation.cancel();
    };
  }, [way, speed]);
  return (
    <div ref={dots} className={`flow flow-${health}`}>
      {DOTS.map((dot) => (
        <span key={dot} className="flow-dot" style={{ width: size, height: size, margin: -size / 2 }} />
      ))}
    </div>
  );
}

function wayOf(path: string): { length: number; frames: Keyframe[] } | null {
  const line = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  line.setAttribute('d', path);
  const length = line.getTotalLength();
  if (length === 0) return null;
  const frames = Array.from({ length: PLACES + 1 }, (_, index) => {
    const { x, y } = line.getPointAtLength((length * index) / PLACES);
    return { transform: `translate(${String(x)}px, ${String(y)}px)` };
  });
  return { length, frames };
}
