// Presses the button of the page that carries an answer to the application.
document.getElementById("form-post").requestSubmit();
