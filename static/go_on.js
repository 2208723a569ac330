// Goes on in the window around the frame as soon as the sign-in is completed. Without this script the person does.
window.top.location.assign(document.getElementById("go-on").href);
