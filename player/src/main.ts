import { mount } from 'svelte';
import './styles/app.css';
import App from './App.svelte';

// A new version was put on the server while this page stood open: its parts are gone, so begin anew, at most once a minute.
addEventListener('vite:preloadError', () => {
  const last = Number(sessionStorage.getItem('bandstand.reloaded') ?? 0);
  if (Date.now() - last < 60_000) return;
  sessionStorage.setItem('bandstand.reloaded', String(Date.now()));
  location.reload();
});

const target = document.getElementById('app');
if (target) mount(App, { target });
